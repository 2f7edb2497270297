import { readdirSync } from 'node:fs';
import { defineConfig } from 'vite';
import { dataFiles } from './build/data-files.js';
import { pageParts } from './build/page-parts.js';
import { staticFigure } from './build/static-figure.js';
import { surprisalPlugins } from './build/surprisal-plugins.js';
import { isolating } from './headers.mjs';

const checks = { pluginTimings: false };
const pages = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.html'));

export default defineConfig({
  base: './',
  plugins: [pageParts(), surprisalPlugins(), dataFiles(), staticFigure()],
  server: { headers: isolating },
  preview: { headers: isolating },
  worker: { format: 'es', plugins: () => [surprisalPlugins()], rolldownOptions: { checks } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      input: pages.map((page) => `${import.meta.dirname}/${page}`),
      checks,
    },
  },
});
