// In the head, so that the page is never shown in the other colours first.
try {
  const theme = localStorage.getItem("session-contracts-theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch { /* storage is not allowed: the system's colours */ }
