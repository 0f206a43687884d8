// In the head, so that the page never flashes in the other theme.
try {
  const theme = localStorage.getItem("session-contracts-theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch { /* storage is not allowed: the system's colours */ }
