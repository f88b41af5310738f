"""What explains a scan's passages: whose wire they are, who had them first, and what is only a quotation."""
