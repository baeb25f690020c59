/* varig.js – the little script Varig has. Every page works without it. */
