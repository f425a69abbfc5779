(function(){"use strict";
var ages=document.querySelectorAll(".age");
function tell(a){var m=Math.floor((Date.now()-Date.parse(a.dataset.from))/60000),u=a.dataset.units.split(",");
if(m>=0)a.textContent=(m<120?m+" "+u[0]:m<2880?Math.floor(m/60)+" "+u[1]:Math.floor(m/1440)+" "+u[2])+" "+a.dataset.old}
function count(){ages.forEach(tell)}
if(ages.length){count();setInterval(count,60000)}
var q=document.getElementById("q");if(!q)return;
var all=document.getElementById("all"),found=document.getElementById("found"),body=found.querySelector("tbody"),say=document.getElementById("say"),max=100;
function fold(t){return t.normalize("NFD").replace(/[\u0300-\u036f]/g,"").toLowerCase()}
var rows=Array.prototype.map.call(all.querySelectorAll("tr[data-k]"),function(r){return[r," "+fold(r.dataset.k)]});
function find(){var words=fold(q.value).split(/[\s,;]+/).filter(Boolean),n=0;
body.textContent="";all.hidden=words.length>0;found.hidden=!words.length;say.textContent="";
if(!words.length)return;
rows.forEach(function(r){if(words.every(function(w){return r[1].indexOf(" "+w)>=0})&&n++<max)body.appendChild(r[0].cloneNode(true))});
found.hidden=!n;
say.textContent=n?n+" "+say.dataset.found+(n>max?". "+(n-max)+" "+say.dataset.more:""):say.dataset.none}
document.getElementById("find").hidden=false;
q.addEventListener("input",find);
document.addEventListener("keydown",function(e){if(e.key==="/"&&document.activeElement!==q){e.preventDefault();q.focus()}
if(e.key==="Escape"&&document.activeElement===q){q.value="";find()}
if(e.key==="Enter"&&document.activeElement===q){var l=body.querySelectorAll("a");if(l.length===1)location.href=l[0].href}});
find();q.focus()})();
