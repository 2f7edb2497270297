import '../../style/index.css';
import '../../style/distributions.css';
import { CouplingLab } from './coupling-lab.js';

document.documentElement.classList.add('scripted');
new CouplingLab();
