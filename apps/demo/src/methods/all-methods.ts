import catalogue from 'virtual:surprisal-catalogue';
import { methodList } from './method-list.js';

/** All that the installed plugins bring; a file of its own, since it grows with every method and stands below the lab. */
export const allMethods = (): HTMLElement => methodList(catalogue);
