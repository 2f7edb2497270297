import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Plugin } from 'vite';

const PART = /^ *<!-- part: ([\w-]+) -->\n/gm;

/** Puts what pages share, from `parts/NAME.html`, where a page says `<!-- part: NAME -->`, and marks the page in the navigation. */
export function pageParts(): Plugin {
  return {
    name: 'page-parts',
    transformIndexHtml: {
      order: 'pre',
      handler: (html, { filename }) =>
        html
          .replace(PART, (_, name: string) => readFileSync(new URL(`../parts/${name}.html`, import.meta.url), 'utf8'))
          .replace(`href="./${basename(filename)}">`, (link) => link.replace('>', ' aria-current="page">')),
    },
  };
}
