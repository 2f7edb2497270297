import catalogue from 'virtual:surprisal-catalogue/loss+adversarial-loss+value-loss';
import { byId } from '../../dom.js';
import { foldSettings } from '../../lab/fold-settings.js';
import '../../style/index.css';
import { LossLab } from './loss-lab.js';

document.documentElement.classList.add('scripted');
foldSettings();
new LossLab(catalogue);
void import('../../methods/all-methods.js').then(({ allMethods }) => byId('methods').replaceChildren(allMethods()));
