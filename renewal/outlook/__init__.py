"""Parts of the pages 研判: what is late, why, and when it will be done."""
