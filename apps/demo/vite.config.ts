import { readdirSync } from 'node:fs';
import { defineConfig } from 'vite';
import { mnistFiles } from './build/mnist-files.js';
import { pageParts } from './build/page-parts.js';
import { staticFigure } from './build/static-figure.js';
import { surprisalPlugins } from './build/surprisal-plugins.js';

const pages = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.html'));

export default defineConfig({
  base: './',
  plugins: [pageParts(), surprisalPlugins(), mnistFiles(), staticFigure()],
  worker: { format: 'es', plugins: () => [surprisalPlugins()] },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      input: pages.map((page) => `${import.meta.dirname}/${page}`),
      checks: { pluginTimings: false },
    },
  },
});
