"""Folders into which facilities drop packages, by SFTP or a share (docs/decisions/0067-dropped-files-and-call-backs.md)."""
