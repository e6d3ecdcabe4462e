var d={},define=(n,i,f)=>{var e=d[n]={};f(...i.map((m)=>m==="require"?0:m==="exports"?e:d[m]))};globalThis.define=define;require("./app.js");
