"""Statistical reports as files: PDF and XLSX of one report, approved or not."""
