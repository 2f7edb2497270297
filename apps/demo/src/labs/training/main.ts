import '../../style/index.css';
import { foldSettings } from '../../lab/fold-settings.js';
import { TrainingLab } from './training-lab.js';

document.documentElement.classList.add('scripted');
foldSettings();
new TrainingLab();
