import {
  type DataType,
  type Tensor,
  type TensorInfo,
  backend,
  engine,
  getKernel,
  registerKernel,
  unregisterKernel,
} from '@surprisal/kernels/tfjs';

/** A WGSL program as tfjs's webgpu backend takes it: `main` is called once per invocation, with the index of its output if it asks. */
interface TfjsProgram {
  readonly variableNames: readonly string[];
  readonly outputShape: readonly number[];
  readonly dispatchLayout: { readonly x: readonly number[] };
  readonly dispatch: readonly [number, number, number];
  readonly workgroupSize: readonly [number, number, number];
  readonly shaderKey: string;
  readonly size: boolean;
  readonly uniforms?: string;
  getUserCode(): string;
}

interface WebgpuBackend {
  runWebGPUProgram(
    program: TfjsProgram,
    inputs: TensorInfo[],
    dtype: DataType,
    uniforms?: readonly UniformValue[],
  ): TensorInfo;
}

interface UniformValue {
  readonly type: 'float32' | 'int32';
  readonly data: readonly number[];
}

/** What {@link runProgram} runs. Programs of one name have one code. */
export interface Program {
  readonly name: string;
  /** Names and tensors: in WGSL, arrays of these names, and `uniforms.nameShape`. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly output: readonly number[];
  /** Default float32. */
  readonly dtype?: DataType;
  /** Groups of this many invocations work together; as many groups as are asked for. */
  readonly workgroup: number;
  readonly groups: number;
  /** Numbers, which are `uniforms.name` in WGSL: float32. */
  readonly parameters?: Readonly<Record<string, number>>;
  readonly code: string;
}

/** How many groups may stand side by side; more stand in lines below each other. */
const MOST_IN_LINE = 65_535;

/** Runs a WGSL program on the backend in use. Its last groups may be beyond what was asked for. */
export function runProgram(given: Program): Tensor {
  const { name, inputs, output, dtype = 'float32', workgroup, groups, parameters = {}, code } = given;
  const names = Object.keys(parameters);
  const lines = Math.ceil(groups / MOST_IN_LINE) || 1;
  const program: TfjsProgram = {
    variableNames: Object.keys(inputs),
    outputShape: output,
    dispatchLayout: { x: output.map((_, i) => i) },
    dispatch: [Math.ceil(groups / lines) || 1, lines, 1],
    workgroupSize: [workgroup, 1, 1],
    shaderKey: `surprisal_${name}`,
    size: true,
    ...(names.length > 0 && { uniforms: names.map((parameter) => `${parameter} : f32,`).join(' ') }),
    getUserCode: () => code,
  };
  const values = names.map((parameter): UniformValue => ({ type: 'float32', data: [parameters[parameter]!] }));
  const webgpu = backend() as unknown as WebgpuBackend;
  return engine().makeTensorFromTensorInfo(webgpu.runWebGPUProgram(program, Object.values(inputs), dtype, values));
}

/** Computes a kernel's outputs from its inputs and attributes. It may use other operations. */
export type Compute = (inputs: Readonly<Record<string, Tensor>>, attributes: Attributes) => Tensor | Tensor[];

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each kernel knows its own
type Attributes = Readonly<Record<string, any>>;

/** The kernel that the webgpu backend has under a name. */
export function registered(kernelName: string): Compute {
  const { kernelFunc } = getKernel(kernelName, 'webgpu')!;
  const tensorOf = (info: TensorInfo) => engine().makeTensorFromTensorInfo(info);
  return (inputs, attributes) => {
    const result = kernelFunc({ inputs, attrs: attributes, backend: backend() });
    return Array.isArray(result) ? result.map(tensorOf) : tensorOf(result);
  };
}

/** Registers a kernel for the webgpu backend, in the place of tfjs's own if it has one. */
export function register(kernelName: string, compute: Compute): void {
  if (getKernel(kernelName, 'webgpu')) unregisterKernel(kernelName, 'webgpu');
  registerKernel({
    kernelName,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, attrs }) => compute(inputs as Record<string, Tensor>, (attrs ?? {}) as Attributes),
  });
}
