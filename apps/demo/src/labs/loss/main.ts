import catalogue from 'virtual:surprisal-catalogue';
import { byId } from '../../dom.js';
import { methodList } from '../../methods/method-list.js';
import '../../style/index.css';
import { LossLab } from './loss-lab.js';

document.documentElement.classList.add('scripted');
new LossLab(catalogue);
byId('methods').replaceChildren(methodList(catalogue));
