import catalogue from 'virtual:surprisal-catalogue';
import { byId } from './dom.js';
import { LossLab } from './lab/lab.js';
import { methodList } from './methods/method-list.js';
import './style/index.css';

document.documentElement.classList.add('scripted');
new LossLab(catalogue);
byId('methods').replaceChildren(methodList(catalogue));
