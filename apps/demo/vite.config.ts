import { defineConfig } from 'vite';
import { mnistFiles } from './build/mnist-files.js';
import { staticFigure } from './build/static-figure.js';
import { surprisalPlugins } from './build/surprisal-plugins.js';

export default defineConfig({
  base: './',
  plugins: [surprisalPlugins(), mnistFiles(), staticFigure()],
  worker: { format: 'es', plugins: () => [surprisalPlugins()] },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
