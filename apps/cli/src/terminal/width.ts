/** The columns of the terminal; undefined where there is none. Some terminals say 0 when they do not know. */
export const terminalWidth = ({ isTTY, columns }: { isTTY?: boolean; columns?: number }): number | undefined =>
  isTTY ? columns || 80 : undefined;
