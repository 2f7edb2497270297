import type { KindInfo, Paper, ParamInfo } from '@surprisal/core';

/** What a method says of itself, as data. */
export interface CatalogueMethod {
  readonly kind: string;
  readonly name: string;
  readonly summary: string;
  readonly formula?: string;
  readonly paper?: Paper;
  readonly params: readonly ParamInfo[];
}

/** All that the installed plugins bring. */
export interface Catalogue {
  readonly kinds: readonly KindInfo[];
  readonly methods: readonly CatalogueMethod[];
  readonly studies: readonly { readonly name: string; readonly summary: string; readonly paper?: Paper }[];
}
