/** What a GPU is called, and whether it is one: a driver may let the processor play its part. */
export interface Gpu {
  readonly name: string;
  readonly emulated: boolean;
}

interface AdapterInfo {
  readonly vendor?: string;
  readonly architecture?: string;
  readonly description?: string;
  readonly isFallbackAdapter?: boolean;
}

/** As much of WebGPU as is needed to find out whether there is any. */
interface Gateway {
  requestAdapter(options: object): Promise<{ readonly info?: AdapterInfo } | null>;
}

const inNode = typeof process !== 'undefined' && process.versions?.node !== undefined;
const NO_DRIVER = 'no driver for a GPU was found';
const host = globalThis as { navigator?: { gpu?: Gateway } };

/**
 * Finds the GPU that tfjs will take. In Node it is reached through Dawn, from the npm package `webgpu`.
 *
 * @throws Error that says what is missing
 */
export async function findGpu(): Promise<Gpu> {
  if (inNode && !host.navigator?.gpu) await provideGateway();
  const gateway = host.navigator?.gpu;
  if (!gateway) throw new Error(inNode ? NO_DRIVER : 'this page has no WebGPU');
  const adapter = await gateway.requestAdapter({ powerPreference: 'high-performance' }); // as tfjs asks
  if (adapter) return describe(adapter.info ?? {});
  if (inNode) delete host.navigator!.gpu; // so that nothing holds on to it
  throw new Error(inNode ? NO_DRIVER : 'the browser gives no GPU to this page');
}

const describe = ({ vendor, architecture, description, isFallbackAdapter }: AdapterInfo): Gpu => {
  const name = [vendor, architecture, description].filter(Boolean).join(', ') || 'a GPU without a name';
  return { name, emulated: isFallbackAdapter ?? /swiftshader|llvmpipe|basic render/i.test(name) };
};

/** Dawn, as the `navigator.gpu` that a page would have. */
async function provideGateway(): Promise<void> {
  const name = 'webgpu';
  const { create, globals } = (await import(/* @vite-ignore */ name)) as {
    create(flags: string[]): Gateway;
    globals: object;
  };
  if (process.platform === 'linux' && !(canLoadVulkan() && hasDriver())) return;
  Object.assign(globalThis, globals);
  const navigator = host.navigator ?? {};
  Object.defineProperty(navigator, 'gpu', { value: create([]), configurable: true });
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
}

/** Whether the library that finds Vulkan's drivers is there. */
function canLoadVulkan(): boolean {
  try {
    process.dlopen({ exports: {} }, 'libvulkan.so.1');
    return true;
  } catch (error) {
    return !(error as Error).message.includes('cannot open shared object file'); // else it is there, and no addon
  }
}

const NO_ADAPTER = 3;
let driverFound: boolean | undefined;

/**
 * Whether Dawn finds a driver. Where it does not, it prints lines of its own, which nothing can keep it from: so it is asked in another
 * process first, whose lines nobody sees. Where no other process can be started, the answer is yes.
 */
function hasDriver(): boolean {
  if (driverFound !== undefined) return driverFound;
  const { pathToFileURL } = process.getBuiltinModule('node:url');
  const { createRequire } = process.getBuiltinModule('node:module');
  const dawn = pathToFileURL(createRequire(import.meta.url).resolve('webgpu')).href;
  const script = `const { create } = await import('${dawn}');
    process.exit((await create([]).requestAdapter()) ? 0 : ${NO_ADAPTER});`;
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { status, signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: 'ignore',
    timeout: 10_000,
  });
  return (driverFound = status !== NO_ADAPTER && signal === null); // a driver that hangs, or ends the process, is none
}
