"""What can be run: small PyTorch models behind Gradio.

apps/    what a reader clicks        models/  nets that several demos share
data/    what they learn from        kit/     what all of them share
server/  site and demos on one address

Data flows one way: data, models, apps, server. The glossary reads `demo.yml` files and imports nothing here.
"""
