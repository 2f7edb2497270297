import catalogue from 'virtual:surprisal-catalogue/divergence+sample-divergence+gaussian-divergence';
import '../../style/index.css';
import '../../style/distributions.css';
import { DivergenceLab } from './divergence-lab.js';

document.documentElement.classList.add('scripted');
new DivergenceLab(catalogue);
