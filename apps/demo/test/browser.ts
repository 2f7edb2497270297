import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import axe, { type RunOptions } from 'axe-core';
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';
import { expect, onTestFinished, vi } from 'vitest';
import { serve } from '../serve.mjs';

/** Browsers on a busy machine take their time: what is waited for is a condition, and this long. */
const PATIENCE = 60_000;
vi.setConfig({ testTimeout: 3 * PATIENCE, hookTimeout: PATIENCE });

/** WebGPU on SwiftShader, which comes with Chromium. */
const SOFTWARE_GPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-unsafe-swiftshader'];

/** Expects of a value that it comes to be so. */
export const eventually = <T>(read: () => T) => expect.poll(read, { timeout: PATIENCE });

/** The value of what was changing, once it stays. */
export async function settled<T>(read: () => Promise<T>): Promise<T> {
  for (let last = await read(); ;) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = await read();
    if (now === last) return now;
    last = now;
  }
}

/** The built demo in a real browser. */
export class DemoBrowser {
  private constructor(
    readonly url: string,
    private readonly browser: Browser,
    private readonly server: { close(): Promise<void> },
  ) {}

  /** @param options `gpu`: with one that the processor plays; `isolated`: whether pages are served so that threads may share memory */
  static async start({ gpu = false, isolated = true } = {}): Promise<DemoBrowser> {
    if (!existsSync(new URL('../dist/index.html', import.meta.url)))
      throw new Error('the demo is not built: npx nx build @surprisal/demo');
    const server = await serve(4300, isolated ? undefined : {});
    const browser = await chromium.launch({
      executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        ...(gpu ? SOFTWARE_GPU : ['--disable-gpu']),
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    return new DemoBrowser(server.url, browser, server);
  }

  /** A page of a fresh profile. Collects what goes wrong in it: errors, warnings, and requests to other hosts. */
  async open(fragment = '', options: BrowserContextOptions = {}): Promise<{ page: Page; errors: string[] }> {
    const context = await this.browser.newContext(options);
    onTestFinished(() => context.close()); // what goes on in a page would take time from the next test
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && errors.push(message.text()));
    page.on(
      'request',
      (request) =>
        !request.url().startsWith(this.url) &&
        !/^(data|blob):/.test(request.url()) &&
        errors.push(`went to ${request.url()}`),
    );
    await page.goto(`${this.url}${fragment}`);
    return { page, errors };
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.close();
  }
}

/** What a page loads before it is drawn, the scripts and styles that it names itself, and what they weigh when compressed. */
export function firstLoad(page: string): { readonly files: readonly string[]; readonly bytes: number } {
  const read = (file: string) => readFileSync(new URL(`../dist/${file}`, import.meta.url));
  const files = [
    ...read(page)
      .toString()
      .matchAll(/assets\/[\w.-]+\.(?:js|css)/g),
  ].map(([file]) => file);
  return { files, bytes: files.reduce((sum, file) => sum + gzipSync(read(file)).length, 0) };
}

/**
 * What a page may load before it is drawn. It grows with the methods to choose from, since menus and controls are made of what those say
 * of themselves; all else a lab has must not.
 */
export const firstLoadOf = (methods: number): number => 17_500 + 200 * methods;

/** Expects that axe finds nothing of serious or critical weight; in dark, nothing in what colours can be at fault for. */
export async function expectNoSeriousFindings(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await seriousFindings(page), 'light').toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await seriousFindings(page, { runOnly: ['color-contrast', 'link-in-text-block'] }), 'dark').toEqual([]);
}

async function seriousFindings(page: Page, options: RunOptions = {}): Promise<string[]> {
  const { violations } = await page.evaluate(
    (given) => (window as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'], ...given }),
    options,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
}

/** Waits until a lab has done what it does by itself. */
export const ended = (page: Page) => page.waitForSelector('body[data-phase="ended"]', { timeout: PATIENCE });

/** The numbers of a figure, as its table shows them: a row of cells per row. */
export async function numbersOf(page: Page, figure: string): Promise<string[][]> {
  const place = page.locator(`[data-figure="${figure}"]`);
  if (!(await place.locator('details').evaluate((details: HTMLDetailsElement) => details.open)))
    await place.locator('summary').click();
  await place.locator('tbody tr').first().waitFor();
  return place
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent!)));
}

/** What the code that a lab shows prints, run with the built packages. */
export async function outputOfCode(page: Page): Promise<string> {
  const code = (await page.locator('#code').textContent())!;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: fileURLToPath(new URL('..', import.meta.url)), // where the packages are found
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    maxBuffer: 1e7,
  });
  return stdout;
}
