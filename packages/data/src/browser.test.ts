import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FetchProgress, fetchedData } from './browser.js';
import { encodeIdx } from './idx.js';
import { mnistFiles } from './mnist.js';

const MEND = 'reload the page; if that does not help, the site is not complete';
const images = encodeIdx({ shape: [3, 2, 2], data: Uint8Array.from({ length: 12 }, (_, i) => i) });
const labels = encodeIdx({ shape: [3], data: Uint8Array.of(7, 2, 1) });
const whole = {
  [mnistFiles.trainImages]: images,
  [mnistFiles.trainLabels]: labels,
  [mnistFiles.testImages]: images,
  [mnistFiles.testLabels]: labels,
};

describe('fetched data', () => {
  let server: Server;
  let baseUrl: string;
  let files: Record<string, Uint8Array>;
  let requests: string[];
  let cut: boolean;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const name = request.url!.split('/').at(-1)!;
      requests.push(name);
      const bytes = files[name];
      if (!bytes) return void response.writeHead(404).end('not found');
      response.writeHead(200, { 'content-length': bytes.length });
      if (!cut) return void response.end(bytes);
      response.write(bytes.subarray(0, 5), () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => {
    [files, requests, cut] = [{ ...whole }, [], false];
  });

  it('comes from the four files, however few images they hold, and is fetched once', async () => {
    const data = fetchedData({ baseUrl });
    const [{ train, test }, again] = await Promise.all([data('mnist'), data('mnist')]);
    expect(again.train).toBe(train);
    expect(requests.sort()).toEqual(Object.values(mnistFiles).sort());
    expect(train).toMatchObject({ length: 3, height: 2, width: 2, labels: Int32Array.of(7, 2, 1) });
    expect(test.images).toEqual(images.subarray(16));
  });

  it('is a corpus, or a table of runs, of a folder beside', async () => {
    files['moby-dick.txt'] = Buffer.from('ETYMOLOGY. — Œ\n');
    files['henighan-table1.json'] = Buffer.from('{"name": "henighan-table1", "table1": []}');
    files['chinchilla-epoch.json'] = files['henighan-table1.json'];
    const data = fetchedData({ baseUrl });
    expect(await data('moby-dick')).toMatchObject({ text: 'ETYMOLOGY. — Œ\n', author: 'Herman Melville' });
    expect((await data('henighan-table1')).table1).toEqual([]);
    await expect(data('chinchilla-epoch')).rejects.toMatchObject({
      name: 'DataError',
      message: `${baseUrl}/tables/chinchilla-epoch.json: must be a JSON file of the table chinchilla-epoch; ${MEND}`,
    });
    await expect(data('state-of-the-union')).rejects.toThrow(
      `${baseUrl}/corpora/state-of-the-union.txt: cannot be fetched`,
    );
  });

  it('says how far it is', async () => {
    const last = new Map<string, FetchProgress>();
    const onProgress = (progress: FetchProgress) => last.set(progress.file, progress);
    const { train } = await fetchedData({ baseUrl: `${baseUrl}/`, onProgress })('mnist');
    expect(train.length).toBe(3);
    expect(last.size).toBe(4);
    const file = `${baseUrl}/mnist/${mnistFiles.trainImages}`;
    expect(last.get(file)).toEqual({ file, loaded: images.length, total: images.length });
  });

  it('names the address and the status when a file is missing, and tries again at the next call', async () => {
    const data = fetchedData({ baseUrl });
    delete files[mnistFiles.testLabels];
    await expect(data('mnist')).rejects.toMatchObject({
      name: 'DataError',
      message: `${baseUrl}/mnist/${mnistFiles.testLabels}: cannot be fetched (HTTP 404); ${MEND}`,
    });
    files = whole;
    expect((await data('mnist')).train.length).toBe(3);
  });

  it.each([undefined, () => {}])('names the address when the connection breaks', async (onProgress) => {
    cut = true;
    await expect(fetchedData({ baseUrl, onProgress })('mnist')).rejects.toMatchObject({
      name: 'DataError',
      message: expect.stringMatching(/^http.*-ubyte: cannot be fetched \(.+\); reload the page; /),
    });
  });

  it('names the address when there is no server', async () => {
    await expect(fetchedData({ baseUrl: 'http://127.0.0.1:1/' })('mnist')).rejects.toMatchObject({
      name: 'DataError',
      message: `http://127.0.0.1:1/mnist/train-images-idx3-ubyte: cannot be fetched (fetch failed); ${MEND}`,
    });
  });

  it('names the address when a page comes instead of a file', async () => {
    files[mnistFiles.trainImages] = Buffer.from('<!doctype html>');
    await expect(fetchedData({ baseUrl })('mnist')).rejects.toMatchObject({
      name: 'DataError',
      message: `${baseUrl}/mnist/${mnistFiles.trainImages}: not an idx file: expected it to begin with 00 00, a number type (08, 09 or 0b to 0e) and its rank, got 3c 21 64 6f; ${MEND}`,
    });
  });

  it('refuses another name', async () => {
    await expect(fetchedData({ baseUrl })('mnits' as 'mnist')).rejects.toThrow(
      'unknown data set "mnits": did you mean "mnist"?',
    );
  });
});
