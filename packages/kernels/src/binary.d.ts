// What build/compile.mjs writes to dist/binary.js: no source may be called binary.ts.

/** The compiled kernels, deflated, in base64: for any host with SIMD, and for one that fuses a product and a sum. */
export const plain: string;
export const relaxed: string;
/** The text of a worker of the pool. */
export const worker: string;
