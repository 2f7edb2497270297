/** Red, green and blue, each from 0 to 1. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Red, green and blue of a hue in degrees, a saturation and a value from 0 to 1. */
export function fromHsv(hue: number, saturation: number, value: number): Rgb {
  const channel = (offset: number) => {
    const k = (offset + hue / 60) % 6;
    return value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return [channel(5), channel(3), channel(1)];
}

/** Hue in degrees from 0 to 360 (0 for greys), saturation and value of a colour. */
export function toHsv([red, green, blue]: Rgb): readonly [hue: number, saturation: number, value: number] {
  const value = Math.max(red, green, blue);
  const range = value - Math.min(red, green, blue);
  const saturation = value > 0 ? range / value : 0;
  if (range === 0) return [0, saturation, value];
  const sixth =
    value === red ? (green - blue) / range : value === green ? 2 + (blue - red) / range : 4 + (red - green) / range;
  return [60 * ((sixth + 6) % 6), saturation, value];
}
