/** The compiled kernels, in base64: for a memory of one thread's own, and for one that threads share. */
export const plain: string;
export const shared: string;
/** The text of a worker of the pool. */
export const worker: string;
