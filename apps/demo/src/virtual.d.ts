declare module 'virtual:surprisal-catalogue' {
  const catalogue: import('./methods/catalogue.js').Catalogue;
  export default catalogue;
}
declare module 'virtual:surprisal-catalogue/*' {
  const catalogue: import('./methods/catalogue.js').Catalogue;
  export default catalogue;
}
declare module 'virtual:surprisal-plugins/*' {
  const plugins: import('@surprisal/core').Plugin[];
  export default plugins;
}
declare module '*?url' {
  const address: string;
  export default address;
}
declare module '*.css' {}
