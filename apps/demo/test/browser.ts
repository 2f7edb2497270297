import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';
import { serve } from '../serve.mjs';

/** The built demo in a real browser. */
export class DemoBrowser {
  private constructor(
    readonly url: string,
    private readonly browser: Browser,
    private readonly server: { close(): Promise<void> },
  ) {}

  static async start(): Promise<DemoBrowser> {
    if (!existsSync(new URL('../dist/index.html', import.meta.url)))
      throw new Error('the demo is not built: npx nx build @surprisal/demo');
    const server = await serve(4300);
    const browser = await chromium.launch({
      executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
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

/** What axe finds of serious or critical weight. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run());
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
}
