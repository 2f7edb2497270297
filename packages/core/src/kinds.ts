/**
 * The kinds of methods there are, and the interface that the methods of each kind share.
 *
 * Core declares none. The package that owns a kind adds it:
 *
 * ```ts
 * declare module '@surprisal/core' {
 *   interface Kinds {
 *     loss: Loss;
 *   }
 * }
 * ```
 */
// An empty interface is the point here: other packages augment it.
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface Kinds {}

/** The name of a kind: `'loss'`, `'sampler'`, ... */
export type Kind = keyof Kinds & string;
