/** Where there is one column, settings are folded, so that the first thing to be seen is what they bring about. */
export function foldSettings(): void {
  const wide = matchMedia('(min-width: 64rem)');
  const settings = document.querySelector<HTMLDetailsElement>('.settings')!;
  const fold = () => (settings.open = wide.matches);
  wide.addEventListener('change', fold);
  fold();
}
