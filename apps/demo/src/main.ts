import catalogue from 'virtual:surprisal-catalogue';
import { byId } from './dom.js';
import { LossLab } from './loss-lab.js';
import { methodList } from './method-list.js';
import './style.css';

document.documentElement.classList.add('scripted');
new LossLab(catalogue);
byId('methods').replaceChildren(methodList(catalogue));
