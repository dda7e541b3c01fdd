// Hands the browser on to the program that waits on this machine. The address is in the page, encoded by the server.
"use strict";
location.replace(document.getElementById("continue").href);
