export { type OptimalTransport, optimalTransport } from './optimal-transport.js';
export { type TransportPlan, denseCoupling } from './plan.js';
export { type EntropicTransport, type SinkhornOptions, sinkhornTransport } from './sinkhorn.js';
