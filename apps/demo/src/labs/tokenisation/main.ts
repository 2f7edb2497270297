import catalogue from 'virtual:surprisal-catalogue/tokenizer+source';
import '../../style/index.css';
import { foldSettings } from '../../lab/fold-settings.js';
import { TokenisationLab } from './tokenisation-lab.js';

document.documentElement.classList.add('scripted');
foldSettings();
new TokenisationLab(catalogue);
