import type { DataType, TensorInfo } from '@tensorflow/tfjs';
import type { Compiled, Ranged } from './module.js';
import type { Pool } from './pool.js';

/** What tfjs's wasm backend shows of itself, as far as it is used here. */
export interface WasmBackend {
  readonly wasm: {
    /** What the backend's own module exports, its memory among it. */
    readonly asm: Readonly<Record<string, unknown>>;
    _malloc: (bytes: number) => number;
    readonly _free: (address: number) => void;
  };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: DataType): TensorInfo;
  disposeData(dataId: object): boolean;
  incRef(dataId: object): void;
  dispose(): void;
}

/** A backend together with the compiled kernels that work in its memory, and the threads that share it. */
export class Host {
  constructor(
    readonly backend: WasmBackend,
    readonly compiled: Compiled,
    private readonly pool?: Pool,
  ) {}

  /** Where a tensor lies. Memory may grow at every allocation, but nothing in it moves. */
  address({ dataId }: TensorInfo): number {
    return this.backend.dataIdMap.get(dataId).memoryOffset;
  }

  addresses<T extends readonly TensorInfo[]>(...tensors: T): { [K in keyof T]: number } {
    return tensors.map((tensor) => this.address(tensor)) as { [K in keyof T]: number };
  }

  /** A new tensor, not yet filled. */
  output(shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
    return this.backend.makeOutput([...shape], dtype);
  }

  /** The same numbers in another shape; a tensor of its own. */
  view({ dataId, dtype }: TensorInfo, shape: number[]): TensorInfo {
    this.backend.incRef(dataId);
    return { dataId, dtype, shape };
  }

  dispose({ dataId }: TensorInfo): void {
    this.backend.disposeData(dataId);
  }

  /** How many threads compute. */
  get threads(): number {
    return this.pool?.threads ?? 1;
  }

  /** Starts or ends threads until there are so many, where the memory is shared. */
  async useThreads(threads: number): Promise<void> {
    await this.pool?.resize(threads);
  }

  /**
   * Runs a kernel over all of its units. Each unit is computed on its own, in the same way whatever part it falls into, so that
   * the result does not depend on how the units are divided.
   *
   * @param grain how many units are worth a part of their own
   */
  run(kernel: Ranged, units: number, grain: number, ...args: number[]): void {
    if (units <= 0) return;
    if (this.pool && this.threads > 1 && units > grain) this.pool.run(kernel, units, grain, args, 0);
    else this.compiled[kernel](...args, 0, units);
  }

  /** The same for a kernel whose last argument before the range is memory to work in: each thread gets so many bytes of its own. */
  runWithScratch(kernel: Ranged, units: number, grain: number, bytes: number, ...args: number[]): void {
    if (units <= 0) return;
    if (this.pool && this.threads > 1 && units > grain) {
      const { pool, threads } = this;
      this.withScratch(bytes * threads, (scratch) => pool.run(kernel, units, grain, [...args, scratch], bytes));
    } else {
      this.withScratch(bytes, (scratch) => this.compiled[kernel](...args, scratch, 0, units));
    }
  }

  /** Lends memory to work in. */
  withScratch(bytes: number, work: (address: number) => void): void {
    const address = this.backend.wasm._malloc(bytes);
    try {
      work(address);
    } finally {
      this.backend.wasm._free(address);
    }
  }
}
