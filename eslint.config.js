import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import typescript from 'typescript-eslint';

/** The floors of the house, from the ground up: a package imports from the floors below its own. */
const floors = ['kernels', 'core', 'testing', 'base', 'methods', 'reproductions', 'apps'];
const below = (floor) => floors.slice(0, floors.indexOf(floor)).map((name) => `floor:${name}`);

const boundaries = [
  ...floors.map((floor) => ({
    sourceTag: `floor:${floor}`,
    onlyDependOnLibsWithTags: below(floor),
  })),
  // A single install of a method package stays small.
  { sourceTag: 'floor:methods', notDependOnLibsWithTags: ['scope:data'] },
];

export default typescript.config(
  {
    ignores: [
      '**/dist/',
      '**/node_modules/',
      '**/.vitest/',
      '.nx/',
      'docs/api/',
      'runs/',
      '**/goldens/',
      'packages/*/assembly/',
    ],
  },
  js.configs.recommended,
  ...typescript.configs.recommended,
  {
    languageOptions: {
      parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-non-null-assertion': 'off', // arrays of numbers are read by index everywhere
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@nx/enforce-module-boundaries': ['error', { depConstraints: boundaries, allow: ['#binary', '#tfjs'] }],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Draw from a seeded Random of @surprisal/core.' },
      ],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@tensorflow/*', '@surprisal/kernels/tfjs'],
              message: 'Tensors and operations come from @surprisal/core/tensor alone.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['packages/core/src/tensor/**', 'packages/kernels/{src,test}/**', 'tools/bench/contestants/**', 'apps/**'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: ['packages/core/src/tensor/**', 'packages/kernels/src/**'],
    ignores: ['**/*.test.ts', 'packages/kernels/src/tfjs.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@tensorflow/tfjs',
              allowTypeImports: true,
              message: 'Import it from @surprisal/kernels/tfjs, which loads three times as fast in Node.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.mjs', 'eslint.config.js', 'apps/cli/bin/**', 'tools/generators/**'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        fetch: 'readonly',
        performance: 'readonly',
      },
    },
  },
  {
    files: ['apps/cli/bin/**'],
    ...typescript.configs.disableTypeChecked,
  },
  {
    files: ['**/*.d.ts'], // an import statement would make an ambient declaration a module
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  {
    files: ['tools/workspace/**', 'vitest.config.ts'], // stand beside the packages, not among them
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
  prettier,
);
