import { el } from '../dom.js';
import { type Chart, chartSvg } from './chart.js';

const FRAME = { width: 760, height: 460 };
const SCALE = 2;

/** The style that a chart has in the light page, for files that are on their own. */
const STYLE = `text{font:13px system-ui,sans-serif;fill:#1b1f24}.faint{fill:#57606a}.grid{stroke:#d5d9df}.rule{stroke:#57606a;stroke-dasharray:3 3}
.line{fill:none;stroke:currentColor;stroke-width:2}.shape{fill:currentColor}.end{font-weight:600;fill:currentColor}
.s0{color:#0062a3}.s1{color:#b34700}.s2{color:#007a5a}.s3{color:#9c3d78}`;

/** A chart as an SVG file: with its own style, on white. */
export function standalone(chart: Chart): string {
  const { width, height } = FRAME;
  const head = `width="${width}" height="${height}" `;
  return chartSvg(chart, FRAME)
    .replace('<svg ', `<svg ${head}`)
    .replace('>', `><style>${STYLE}</style><rect width="100%" height="100%" fill="#fff"/>`);
}

/** Has the browser save a text as a file. */
export function saveText(name: string, type: string, content: string): void {
  save(name, new Blob([content], { type }));
}

/** Draws an SVG file at twice its size and has the browser save it as PNG. */
export async function savePng(name: string, svg: string): Promise<void> {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await picture.decode();
  const canvas = el('canvas', { width: SCALE * FRAME.width, height: SCALE * FRAME.height });
  canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => blob && save(`${name}.png`, blob));
}

function save(name: string, blob: Blob): void {
  const href = URL.createObjectURL(blob);
  el('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}
