import catalogue from 'virtual:surprisal-catalogue/sampler';
import '../../style/index.css';
import { foldSettings } from '../../lab/fold-settings.js';
import { DecodingLab } from './decoding-lab.js';

document.documentElement.classList.add('scripted');
foldSettings();
new DecodingLab(catalogue);
