/** What draws tokens when nothing is said. */
export const SAMPLER = 'top-p';
