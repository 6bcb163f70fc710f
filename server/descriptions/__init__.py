"""What the server says of itself: VoID, DCAT, Service Description, conformance and OpenAPI."""
