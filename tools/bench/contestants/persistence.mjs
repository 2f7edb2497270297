// Persistent homology of images by our package.
import { persistence } from '@surprisal/segmentation/metrics';
import { sizes } from '../sizes.mjs';
import { uniforms } from './uniforms.mjs';

export function makeCases() {
  const { side } = sizes.persistence;
  const waves = (r, c) => Math.sin(r / 9) * Math.sin(c / 7) + 0.3 * Math.sin((r + 2 * c) / 5);
  const images = {
    noise: uniforms(1, side ** 2),
    'waves with a little noise': uniforms(2, side ** 2).map(
      (u, at) => waves(Math.floor(at / side), at % side) + 0.05 * u,
    ),
  };
  return Object.fromEntries(
    Object.entries(images).map(([name, data]) => [
      `${name}, ${side} x ${side}`,
      () => homology({ shape: [side, side], data }),
    ]),
  );
}

function homology(image) {
  let found;
  const run = () => void (found = persistence(image));
  return { run, note: () => `${found.components.length} components, ${found.holes.length} holes` };
}
