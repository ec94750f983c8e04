"""What can be run: small PyTorch models behind Gradio, one folder each."""
