import { describePlugin } from '@surprisal/core';
import { describePlugins, discoverPlugins } from '@surprisal/core/discovery';
import { expect, it } from 'vitest';

it('has descriptions of its own plugins that say what the plugins do, and loads none for them', async () => {
  const described = await describePlugins(import.meta.dirname);
  const loaded = await discoverPlugins(import.meta.dirname);
  expect(described.length).toBeGreaterThan(7);
  expect(described.every(({ plugin }) => plugin === undefined)).toBe(true);
  for (const [i, { plugin }] of loaded.entries()) expect(described[i]!.description).toEqual(describePlugin(plugin!));
});
