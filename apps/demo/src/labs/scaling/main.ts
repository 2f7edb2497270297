import catalogue from 'virtual:surprisal-catalogue/scaling-law';
import '../../style/index.css';
import { foldSettings } from '../../lab/fold-settings.js';
import { ScalingLab } from './scaling-lab.js';

document.documentElement.classList.add('scripted');
foldSettings();
new ScalingLab(catalogue);
