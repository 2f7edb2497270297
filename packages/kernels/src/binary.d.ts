/** The compiled kernels, in base64: for a memory of one thread's own, and for one that threads share. */
export const plain: string;
export const shared: string;
