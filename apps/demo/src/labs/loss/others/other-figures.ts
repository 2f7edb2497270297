import { byId } from '../../../dom.js';
import { LandscapeFigures } from '../landscape-figures.js';
import type { Reply } from '../messages.js';
import { CLEAN_MARGIN, cleanPrediction } from './clean.js';
import { ValueFigures } from './value-figures.js';
import { withoutPicture } from './without-picture.js';

/** The pictures of losses that are functions of other things than logits and labels. */
export class OtherFigures {
  readonly #adversarial = new LandscapeFigures({
    sides: { perturbed: { title: 'Loss over all perturbed predictions', colour: 'series-0' } },
    hints: {
      triangle:
        'Of the prediction at a perturbed input, where the clean one, ringed, is taken for the label. Colour: nats. Arrows: the pull on the perturbed logits.',
      value: 'By the margin of the perturbed input. The dotted line is the margin of the clean one.',
      pull: 'On the perturbed logit of the label. Where it is below 0, the perturbed prediction is held back.',
    },
    prefix: 'adversarial-',
    rule: CLEAN_MARGIN,
    mark: cleanPrediction,
  });
  readonly #value = new ValueFigures();

  constructor() {
    byId('adversarial').replaceChildren(...this.#adversarial.elements);
    byId('value').replaceChildren(...this.#value.elements);
    byId('without-picture').replaceChildren(withoutPicture());
  }

  showAdversarial({ chosen, landscape }: Extract<Reply, { type: 'adversarial' }>): void {
    this.#adversarial.show({ perturbed: { chosen, landscape } });
  }

  showValue({ chosen, picture, problem = '' }: Extract<Reply, { type: 'value' }>): void {
    byId('value-problem').textContent = problem;
    if (picture) this.#value.show(chosen, picture);
  }
}
