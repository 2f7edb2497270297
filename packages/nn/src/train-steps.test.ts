import {
  type Scalar,
  type Tensor,
  add,
  clipByGlobalNorm,
  memory,
  mul,
  sgd,
  square,
  sum,
  tensor1d,
  tidy,
  variable,
} from '@surprisal/core/tensor';
import { onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { type Gradients, trainSteps } from './train-steps.js';

onEngines(['cpu', 'wasm'], () => {
  describe('trainSteps', () => {
    /** Where one step of gradient descent at rate 1 leads from 3 and 4, each along half of the square's gradient. */
    async function stepped(adjustGradients?: (gradients: Gradients) => Gradients) {
      const variables = tidy(() => ({ body: variable(tensor1d([3])), head: variable(tensor1d([4])) }));
      const model = { variables, call: (x: Tensor) => x };
      const cost = () => mul(add(sum(square(variables.body)), sum(square(variables.head))), 0.5) as Scalar;
      const optimizer = sgd({ learningRate: 1 });
      for await (const { loss } of trainSteps({ model, optimizer, cost, adjustGradients, steps: 1 }))
        expect(loss).toBe(12.5);
      const ends = Object.values(variables).map((weight) => weight.dataSync()[0]!);
      Object.values(variables).forEach((weight) => weight.dispose());
      return ends;
    }

    it('hands the gradients to the optimiser as they are, unless told', async () => {
      expect(await stepped()).toEqual([0, 0]);
    });

    it('lets gradients be clipped, all together or some', async () => {
      const [body, head] = await stepped((gradients) => clipByGlobalNorm(gradients, 1));
      expect([body, head]).toEqual([expect.closeTo(3 - 0.6, 6), expect.closeTo(4 - 0.8, 6)]);
      const some = await stepped(({ head, ...rest }) => ({ ...rest, ...clipByGlobalNorm({ head: head! }, 1) }));
      expect(some).toEqual([0, expect.closeTo(3, 6)]);
    });

    it('leaves a variable whose gradient is left out where it is', async () => {
      expect(await stepped(({ body }) => ({ body: body! }))).toEqual([0, 4]);
    });

    it('leaves no tensors behind', async () => {
      await stepped();
      const before = memory().numTensors;
      await stepped((gradients) => clipByGlobalNorm(gradients, 1));
      expect(memory().numTensors).toBe(before);
    });
  });
});
