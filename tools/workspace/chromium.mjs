import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The path of an installed Chromium or Chrome, if there is one. `CHROME_PATH` comes first. */
export function findChromium(env = process.env) {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = [env.CHROME_PATH, ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))];
  return candidates.find((path) => path && isExecutable(path));
}

/** Finds a Chromium, or installs Debian's. @returns its path, or undefined with the reason on stderr */
export function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const run = (...args) =>
    spawnSync([...asRoot, ...args][0], [...asRoot, ...args].slice(1), {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    });
  if (spawnSync('apt-get', ['--version']).status === 0) {
    console.log('Chromium is missing: installing it with apt-get');
    run('apt-get', 'update');
    const { status, stderr } = run(
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      'install',
      '-y',
      '--no-install-recommends',
      'chromium',
    );
    if (status === 0) return findChromium();
    console.error(stderr);
  }
  console.error(
    'The browser tests need Chromium: install it (Debian: apt-get install chromium) or set CHROME_PATH to a Chromium or Chrome.',
  );
  return undefined;
}

/**
 * The variables that let a process without a GPU find SwiftShader, the Vulkan driver in software that comes with Chromium.
 * Empty where a driver is named already, and where there is none.
 */
export function softwareVulkan(env = process.env) {
  const chromium = findChromium(env);
  if (!chromium || env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES) return {};
  const folders = [
    dirname(realpathSync(chromium)),
    '/usr/lib/chromium',
    '/usr/lib/chromium-browser',
    '/opt/google/chrome',
  ];
  const folder = folders.find((path) => existsSync(join(path, 'vk_swiftshader_icd.json')));
  if (!folder) return {};
  return {
    VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json'),
    LD_LIBRARY_PATH: [env.LD_LIBRARY_PATH, folder].filter(Boolean).join(delimiter), // libvulkan.so.1
  };
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
