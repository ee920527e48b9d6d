/* The map of areas: draws the geometry once, then only repaints it.
   Geometry arrives as window.PetaJagaLayer from a file of its own; everything that changes arrives in paint().
   Text from data only ever becomes textContent, never HTML. */
(function () {
  "use strict";
  var SVG = "http://www.w3.org/2000/svg";
  var BORDER = "#5c6b73";
  var state = null;

  /* Rings are whole numbers: the first point, then differences, in 1e-5 degrees. */
  function ring(flat) {
    var points = [], x = 0, y = 0;
    for (var i = 0; i < flat.length; i += 2) {
      x += flat[i];
      y += flat[i + 1];
      points.push([y / 1e5, x / 1e5]);
    }
    return points;
  }

  function shape(polygons) {
    return polygons.map(function (rings) { return rings.map(ring); });
  }

  function element(name, attributes, parent) {
    var made = document.createElementNS(SVG, name);
    Object.keys(attributes).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    if (parent) parent.appendChild(made);
    return made;
  }

  /* Blank states carry a pattern, so that they stay apart in grey print and for every eye. */
  function patterns(svg) {
    var defs = element("defs", {}, svg);
    var hatch = element("pattern", {id: "pj-hatch", width: 7, height: 7, patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)"}, defs);
    element("rect", {width: 7, height: 7, fill: "#ffffff"}, hatch);
    element("rect", {width: 1.6, height: 7, fill: "#9aa5ab"}, hatch);
    var dots = element("pattern", {id: "pj-dots", width: 6, height: 6, patternUnits: "userSpaceOnUse"}, defs);
    element("rect", {width: 6, height: 6, fill: "#e9ecee"}, dots);
    element("circle", {cx: 2, cy: 2, r: 1.3, fill: "#6d7a81"}, dots);
  }

  function tooltip(index) {
    return function () {
      var box = document.createElement("div");
      var name = document.createElement("strong");
      name.textContent = state.layer.areas[index].name;
      box.appendChild(name);
      (state.painted ? state.painted.tips[index] : []).forEach(function (line) {
        var row = document.createElement("div");
        row.textContent = line;
        box.appendChild(row);
      });
      return box;
    };
  }

  function choose(index) {
    var kode = state.layer.areas[index].kode;
    var chosen = state.painted && state.painted.selected === index ? "" : kode;
    window.Streamlit.setComponentValue({kelurahan: chosen, at: Date.now()});
  }

  function styleOf(index) {
    var painted = state.painted;
    var style = {fillColor: painted.fills[painted.classes[index]], fillOpacity: 1, color: BORDER, weight: 0.8,
      dashArray: null};
    var outline = painted.outlines[painted.stages[index]];
    if (outline) {
      style.color = outline.color;
      style.weight = 3;
      style.dashArray = outline.dash || null;
    }
    if (painted.selected === index) {
      style.color = "#111111";
      style.weight = 4;
      style.dashArray = "6 4";
    }
    return style;
  }

  function label(text, className, at, pane) {
    var span = document.createElement("span");
    span.textContent = text;
    return L.marker(at, {interactive: false, keyboard: false, pane: pane,
      icon: L.divIcon({className: className, html: span, iconSize: [0, 0]})});
  }

  /* A name is shown where it fits its own area's width at this zoom and covers no name of a larger area. */
  function placeLabels() {
    var map = state.map, taken = [];
    state.order.forEach(function (index) {
      var area = state.layer.areas[index], box = state.polygons[index].getBounds();
      var width = map.latLngToLayerPoint(box.getNorthEast()).x - map.latLngToLayerPoint(box.getSouthWest()).x;
      var node = state.labels[index].getElement().firstChild;
      var half = node.offsetWidth / 2, at = map.latLngToLayerPoint(area.at);
      var own = [at.x - half, at.y, at.x + half, at.y + node.offsetHeight];
      var free = width * 1.25 >= node.offsetWidth && taken.every(function (other) {
        return own[2] < other[0] || own[0] > other[2] || own[3] < other[1] || own[1] > other[3];
      });
      if (free) taken.push(own);
      node.style.visibility = free ? "visible" : "hidden";
    });
  }

  /* Moves names that would cover each other up or down, a little at a time, until none does. */
  function spread(tags) {
    tags.sort(function (a, b) { return a.y - b.y; });
    tags.forEach(function (tag) { tag.to = tag.y + 3; });
    for (var turn = 0; turn < 60; turn++) {
      for (var i = 0; i < tags.length; i++) {
        for (var j = i + 1; j < tags.length; j++) {
          var a = tags[i], b = tags[j], wide = (a.name.length + b.name.length) * 2.4;
          if (Math.abs(a.x - b.x) > wide || b.to - a.to >= 10) continue;
          a.to -= 1;
          b.to += 1;
        }
      }
    }
  }

  /* The areas too small to read on the whole map, once more, larger: a still picture that can be clicked. */
  function inset() {
    var members = state.layer.inset.areas, west = Infinity, south = Infinity, east = -Infinity, north = -Infinity;
    members.forEach(function (index) {
      var box = state.polygons[index].getBounds();
      west = Math.min(west, box.getWest()); east = Math.max(east, box.getEast());
      south = Math.min(south, box.getSouth()); north = Math.max(north, box.getNorth());
    });
    var squeeze = Math.cos((south + north) / 2 * Math.PI / 180);
    var width = 190, height = Math.round(width * (north - south) / ((east - west) * squeeze)), margin = 34;
    function x(lng) { return ((lng - west) / (east - west) * width).toFixed(1); }
    function y(lat) { return ((north - lat) / (north - south) * height).toFixed(1); }
    var box = L.DomUtil.create("div", "pj-inset");
    var title = L.DomUtil.create("div", "pj-inset-title", box);
    title.textContent = state.layer.inset.title;
    var svg = element("svg", {width: width + 2 * margin, height: height + 16,
      viewBox: -margin + " -8 " + (width + 2 * margin) + " " + (height + 16)}, box);
    state.insetPaths = {};
    var names = element("g", {"class": "pj-inset-names"}), tags = [];
    members.forEach(function (index) {
      var d = state.layer.areas[index].polygons.map(function (rings) {
        return rings.map(function (points) {
          return "M" + points.map(function (p) { return x(p[1]) + " " + y(p[0]); }).join("L") + "Z";
        }).join("");
      }).join("");
      var path = element("path", {d: d, "fill-rule": "evenodd"}, svg);
      path.addEventListener("click", function () { choose(index); });
      element("title", {}, path);
      state.insetPaths[index] = path;
      var at = state.layer.areas[index].at;
      tags.push({name: state.layer.areas[index].name, x: Number(x(at[1])), y: Number(y(at[0]))});
    });
    spread(tags);
    tags.forEach(function (tag) {
      if (Math.abs(tag.to - tag.y) > 5) element("line", {x1: tag.x, y1: tag.y, x2: tag.x, y2: tag.to - 3}, names);
      element("text", {x: tag.x, y: tag.to, "text-anchor": "middle"}, names).textContent = tag.name;
    });
    svg.appendChild(names);
    L.DomEvent.disableClickPropagation(box);
    var control = L.control({position: "bottomleft"});
    control.onAdd = function () { return box; };
    return control;
  }

  function paintInset() {
    Object.keys(state.insetPaths || {}).forEach(function (key) {
      var index = Number(key), style = styleOf(index), path = state.insetPaths[key];
      path.setAttribute("fill", style.fillColor);
      path.setAttribute("stroke", style.color);
      path.setAttribute("stroke-width", style.weight);
      path.setAttribute("stroke-dasharray", style.dashArray || "none");
      path.firstChild.textContent = [state.layer.areas[index].name].concat(state.painted.tips[index]).join("\n");
      if (style.weight > 1) path.parentNode.insertBefore(path, path.parentNode.querySelector("g"));
    });
  }

  function ground(map, layer) {
    map.createPane("ground").style.zIndex = 250;
    var renderer = L.svg({pane: "ground", padding: 1});
    layer.ground.forEach(function (land) {
      L.polygon(shape(land.polygons), {pane: "ground", renderer: renderer, interactive: false, stroke: false,
        fillColor: "#efece4", fillOpacity: 1}).addTo(map);
    });
  }

  function draw(map) {
    var layer = window.PetaJagaLayer;
    state = {map: map, layer: layer, polygons: [], labels: [], symbols: [], regions: [], painted: null, tiles: null};
    map.createPane("regions").style.zIndex = 610;
    map.getPane("regions").style.pointerEvents = "none";
    map.createPane("symbols").style.zIndex = 620;
    map.createPane("names").style.zIndex = 630;
    map.getPane("symbols").style.pointerEvents = map.getPane("names").style.pointerEvents = "none";
    var container = map.getContainer();
    /* Leaflet 1.9 focuses the map when it is pressed and the browser scrolls the page around this frame to show all of
       it: the button then came up elsewhere, and a first click on a map half in view was lost. */
    container.focus = function () { HTMLElement.prototype.focus.call(container, {preventScroll: true}); };
    ground(map, layer);
    var symbols = L.svg({pane: "symbols"});
    layer.areas.forEach(function (area, index) {
      area.polygons = shape(area.polygons);
      var polygon = L.polygon(area.polygons, {weight: 0.8, color: BORDER, fillColor: "#ffffff", fillOpacity: 1});
      polygon.bindTooltip(tooltip(index), {sticky: true, className: "pj-tip"});
      polygon.on("click", function () { choose(index); });
      state.polygons.push(polygon.addTo(map));
      polygon.getElement().dataset.kode = area.kode;
      state.symbols.push(L.circleMarker(area.at, {pane: "symbols", renderer: symbols, interactive: false, radius: 5,
        opacity: 0, fillOpacity: 0}).addTo(map));
      state.labels.push(label(area.name, "pj-name", area.at, "names").addTo(map));
    });
    patterns(map.getPane("overlayPane").querySelector("svg"));
    state.order = layer.areas.map(function (_, index) { return index; }).sort(function (a, b) {
      return layer.areas[b].km2 - layer.areas[a].km2;
    });
    fit();
    if (layer.inset) {
      state.inset = inset();
      map.addControl(state.inset);
    }
    map.on("zoomend", placeLabels);
    map.on("resize", fit);
    /* One finger scrolls the page until the map is zoomed in; the wheel zooms only a map that has the focus. */
    map.on("zoomend", function () {
      if (L.Browser.mobile) map.dragging[map.getZoom() > state.base + 0.01 ? "enable" : "disable"]();
    });
    if (L.Browser.mobile) map.dragging.disable();
    map.on("focus", function () { map.scrollWheelZoom.enable(); });
    map.on("blur", function () { map.scrollWheelZoom.disable(); });
  }

  function layerHasInset() {
    return Boolean(state.layer.inset);
  }

  function fit() {
    var map = state.map, b = state.layer.bounds;
    /* Room at the left for the inset, where the frame is wide enough to show one. */
    var room = layerHasInset() && map.getSize().x > 480 ? 120 : 8;
    map.fitBounds([[b[1], b[0]], [b[3], b[2]]], {paddingTopLeft: [room, 8], paddingBottomRight: [8, 8],
      animate: false});
    state.base = map.getZoom();
    map.setMinZoom(state.base - 1.5);
    placeLabels();
  }

  /* Several areas as one: a heavy line with a light rim, and a letter that the table has too. */
  function drawRegions(map, regions) {
    state.regions.forEach(function (layer) { layer.remove(); });
    state.regions = [];
    regions.forEach(function (region) {
      [["#ffffff", 6, null], ["#111111", 3, region.dashed ? "9 6" : null]].forEach(function (line) {
        state.regions.push(L.polygon(shape(region.polygons), {pane: "regions", interactive: false, fill: false,
          color: line[0], weight: line[1], dashArray: line[2]}).addTo(map));
      });
      state.regions.push(label(region.label, "pj-region", region.at, "names").addTo(map));
    });
  }

  function paint(map, painted) {
    state.painted = painted;
    drawRegions(map, painted.regions);
    var front = [];
    state.polygons.forEach(function (polygon, index) {
      polygon.setStyle(styleOf(index));
      if (painted.outlines[painted.stages[index]]) front.push(polygon);
      var symbol = painted.outlines[painted.stages[index]];
      state.symbols[index].setStyle(symbol
        ? {opacity: 1, color: symbol.ring, weight: 2, fillColor: symbol.fill, fillOpacity: 1}
        : {opacity: 0, fillOpacity: 0});
      state.labels[index].getElement().classList.toggle("pj-below", Boolean(symbol));
    });
    front.forEach(function (polygon) { polygon.bringToFront(); });
    if (painted.selected >= 0) state.polygons[painted.selected].bringToFront();
    paintInset();
    var holder = map.getContainer();
    /* What the data are stands in the picture itself. The control takes HTML, so the text is escaped by a node. */
    var note = document.createElement("span");
    note.textContent = painted.note;
    map.attributionControl.setPrefix(note.innerHTML + " · Leaflet");
    holder.setAttribute("role", "region");
    holder.setAttribute("aria-label", painted.title);
    if (Boolean(state.tiles) !== Boolean(painted.tiles)) {
      if (state.tiles) state.tiles.remove();
      state.tiles = painted.tiles ? L.tileLayer(painted.tiles.url, {attribution: painted.tiles.attribution,
        maxZoom: 19}).addTo(map) : null;
    }
    map.getPane("ground").style.display = painted.tiles ? "none" : "";
    map.getPane("overlayPane").style.opacity = painted.tiles ? 0.8 : 1;
    holder.dataset.painted = painted.token;
  }

  window.PetaJaga = {draw: draw, paint: paint};
})();
